-- The end of a run's log. Included before append and close.
-- The lease remembers it for the log written last: 'log' is that log's key and 'tail' its last id or 'closed'.

-- The id of a log's last entry, 'closed' after its end, nil before its beginning.
local function tail_of(lease, events)
  local known = redis.call('HMGET', lease, 'log', 'tail')
  if known[1] == events then return known[2] end
  local last = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  if not last then return nil end
  for i = 1, #last[2], 2 do
    if last[2][i] == 'end' then return 'closed' end
  end
  return last[1]
end
