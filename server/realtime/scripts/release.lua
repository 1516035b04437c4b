-- Let a session go that this process has no more use for. KEYS: session. ARGV: epoch.
-- Nothing happens where another process has taken it since.
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then redis.call('HDEL', KEYS[1], 'process') end
