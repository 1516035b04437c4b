-- Append to the logs of runs, for the worker that holds their leases. KEYS: lease and events of each run.
-- ARGV: entries to keep, then for each run: epoch, number of this batch (from 1, one more each time), number
-- of events, the events, their marks or ''.
-- A batch that is sent again because its reply was lost is not appended twice.
-- Returns for each run the id of its last event, or false when another worker has taken it over or its log
-- has been closed, or the error that this log alone has.
-- Fields of an entry: d events, n how many, p id of the log's entry before, k marks.

local function append(lease, events, epoch, batch, count, data, marks)
  local held = redis.call('HMGET', lease, 'epoch', 'batch', 'ms', 'seq')
  if held[1] ~= epoch then return false end
  if tonumber(batch) <= (tonumber(held[2]) or 0) then return held[3] .. '-' .. held[4] end
  local tail = tail_of(lease, events)
  if tail == 'closed' then return false end
  local id = take_ids(lease, events, math.max(tonumber(count), 1))
  local fields = {'d', data, 'n', count}
  if tail then
    fields[#fields + 1] = 'p'
    fields[#fields + 1] = tail
  end
  if marks ~= '' then
    fields[#fields + 1] = 'k'
    fields[#fields + 1] = marks
  end
  local added = redis.pcall('XADD', events, 'MAXLEN', '~', ARGV[1], id, unpack(fields))
  if type(added) == 'table' then return added end
  redis.call('HSET', lease, 'batch', batch, 'log', events, 'tail', id)
  return id
end

local appended = {}
for i = 1, #KEYS / 2 do
  local at = i * 5 - 3
  appended[i] = append(KEYS[i * 2 - 1], KEYS[i * 2], unpack(ARGV, at, at + 4))
end
return appended
