-- Hold on to leases. KEYS: leases. ARGV: milliseconds, then the epoch of each.
-- A lease that lapsed but that nobody took is held again. Returns for each 'lost', or how its run was asked
-- to stop, or ''.
local found = {}
for i, lease in ipairs(KEYS) do
  local held = redis.call('HMGET', lease, 'epoch', 'run', 'cancel')
  if held[1] == ARGV[i + 1] and held[2] then
    redis.call('HSET', lease, 'until', string.format('%.0f', now_ms() + tonumber(ARGV[1])))
    found[i] = held[3] or ''
  else
    found[i] = 'lost'
  end
end
return found
