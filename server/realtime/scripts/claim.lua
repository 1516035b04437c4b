-- Take a session for a process. KEYS: session. ARGV: process, milliseconds to keep it.
-- Returns {epoch, sequence of its last event, its state or false}.
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSET', KEYS[1], 'process', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'sequence', 'state')
return {epoch, tonumber(held[1]) or 0, held[2]}
