-- Close a run's log and let it expire. May be repeated. KEYS: lease, events.
-- ARGV: run, epoch or '' when no worker asks, milliseconds to keep the log.
-- Returns 1, or 0 when another worker has taken the run over.
local LEASE, EVENTS = KEYS[1], KEYS[2]
local held = redis.call('HMGET', LEASE, 'epoch', 'run', 'log')
if ARGV[2] ~= '' and held[1] ~= ARGV[2] then return 0 end
local tail = tail_of(LEASE, EVENTS)
if tail ~= 'closed' then
  local before = tail and {'p', tail} or {}
  redis.call('XADD', EVENTS, take_ids(LEASE, EVENTS, 1), 'end', ARGV[1], unpack(before))
  -- A worker that was taken for dead must not write behind the end.
  if held[2] == ARGV[1] or held[3] == EVENTS then redis.call('HSET', LEASE, 'log', EVENTS, 'tail', 'closed') end
  if not held[1] then redis.call('PEXPIRE', LEASE, ARGV[3]) end
end
redis.call('PEXPIRE', EVENTS, ARGV[3])
return 1
