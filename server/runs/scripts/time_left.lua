-- How long a run's lease lasts yet. KEYS: lease. ARGV: run. Returns milliseconds, 0 when no worker has this run.
local held = redis.call('HMGET', KEYS[1], 'run', 'until')
if held[1] ~= ARGV[1] then return 0 end
return math.max(0, (tonumber(held[2]) or 0) - now_ms())
