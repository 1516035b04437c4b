-- Ask the worker that holds a lease to stop its run. KEYS: lease. ARGV: run, how to stop.
-- Returns 1, or 0 when no worker has this run.
local held = redis.call('HMGET', KEYS[1], 'run', 'until')
if held[1] ~= ARGV[1] or (tonumber(held[2]) or 0) <= now_ms() then return 0 end
redis.call('HSET', KEYS[1], 'cancel', ARGV[2])
return 1
