-- Append events to a run's log, for the worker that holds its lease. KEYS: lease, events.
-- ARGV: epoch, number of this batch (from 1, one more each time), number of events, data, entries to keep.
-- A batch that is sent again because its reply was lost is not appended twice.
-- Returns the id of the last event, or false when another worker has taken the run over.
local LEASE, EVENTS = KEYS[1], KEYS[2]
local held = redis.call('HMGET', LEASE, 'epoch', 'batch', 'ms', 'seq')
if held[1] ~= ARGV[1] then return false end
if tonumber(ARGV[2]) <= (tonumber(held[2]) or 0) then return held[3] .. '-' .. held[4] end
redis.call('HSET', LEASE, 'batch', ARGV[2])
local id = take_ids(LEASE, EVENTS, tonumber(ARGV[3]))
redis.call('XADD', EVENTS, 'MAXLEN', '~', ARGV[5], id, 'd', ARGV[4], 'n', ARGV[3])
return id
