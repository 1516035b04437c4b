-- Give a lease back. KEYS: lease, history of the thread. ARGV: epoch, milliseconds to keep what is known.
-- Returns 1, or 0 when another worker has taken it over.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'run', 'worker', 'until', 'cancel')
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
return 1
