"""What every conversation shares: context, routing, replies, paging, the home screen."""
