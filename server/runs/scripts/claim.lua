-- Take a thread for one of its runs. KEYS: lease, events of the run, history of the thread.
-- ARGV: run, worker, milliseconds, the greatest epoch that the database knows of.
-- Returns {'ok', epoch}, or {'busy', milliseconds until the present lease lapses, its run}.
local LEASE, EVENTS, HISTORY = KEYS[1], KEYS[2], KEYS[3]
local run, worker, duration, floor = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local RUNS_KEPT = 1000

local held = redis.call('HMGET', LEASE, 'epoch', 'run', 'until')
local left = (tonumber(held[3]) or 0) - now_ms()
if left > 0 then return {'busy', left, held[2]} end

local epoch = math.max(tonumber(held[1]) or 0, floor) + 1
redis.call('HSET', LEASE, 'epoch', epoch, 'run', run, 'worker', worker, 'batch', 0,
  'until', string.format('%.0f', now_ms() + duration))
if held[2] ~= run then redis.call('HDEL', LEASE, 'cancel') end
redis.call('PERSIST', LEASE)
if redis.call('EXISTS', EVENTS) == 0 then
  redis.call('XADD', HISTORY, 'MAXLEN', '~', RUNS_KEPT, take_ids(LEASE, HISTORY, 1), 'run', run)
  redis.call('PERSIST', HISTORY)
end
return {'ok', epoch}
