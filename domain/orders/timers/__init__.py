"""The timers of orders: deadlines that start a saga or a stage of an escalation."""
