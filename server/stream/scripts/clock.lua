-- Ids of a thread's events, and the time. Included before the others.
-- Ids are <milliseconds>-<sequence> and only ever grow within a thread, whatever the server's clock does.
-- An entry of several events has the id of its last one; the sequence counts the others down from it.

local function now_ms()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- Take `count` ids for `stream`; returns the last of them. `lease` remembers how far the thread is.
local function take_ids(lease, stream, count)
  local known = redis.call('HMGET', lease, 'ms', 'seq')
  local ms, seq = tonumber(known[1]), tonumber(known[2])
  if not ms then
    local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    if last then ms, seq = string.match(last[1], '(%d+)-(%d+)') end
    ms, seq = tonumber(ms) or 0, tonumber(seq) or 0
  end
  local now = now_ms()
  if now > ms then ms, seq = now, -1 end
  seq = seq + count
  redis.call('HSET', lease, 'ms', string.format('%.0f', ms), 'seq', seq)
  return string.format('%.0f-%d', ms, seq)
end
