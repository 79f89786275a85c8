# One image for the bot, the workers and the migrations; sandbox/ and tests/ stay outside (see .dockerignore too).
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /campusg

# run, or tracing for the extra of that name
ARG REQUIREMENTS=run
COPY requirements/run.txt requirements/tracing.txt requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/${REQUIREMENTS}.txt

COPY alembic.ini ./
COPY migrations migrations
COPY locales locales
COPY domain domain
COPY webserver webserver
COPY workers workers
COPY bot bot
COPY console console
RUN python -m compileall -q . \
 && useradd --system --no-create-home --uid 10001 campusg

USER campusg
CMD ["python", "-m", "bot"]
