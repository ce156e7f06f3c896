"""What people change: channels, tokens, users, groups, prices, settings; and what they look at: logs, totals, audit.

Functions take a connection inside the caller's transaction, and ids, times and secrets made above. A change of a row
that workers hold stamps the row with a new revision and writes an audit row in the same transaction.
"""
