-- Forget runs that have ended or were cancelled. ARGV after the limits: run and the seconds that it took ('' for
-- unknown) in turn. Returns the runs whose turn has come.
local WEIGHT = 0.2 -- of the newest run in the mean that estimates are made from
for i = 4, #ARGV, 2 do
  local member = redis.call('HGET', MEMBERS, ARGV[i])
  if member then stop_waiting(member) end
  local graph, seconds = forget_active(ARGV[i]), tonumber(ARGV[i + 1])
  if graph and seconds then
    local name = 's\31' .. graph
    local mean = tonumber(redis.call('HGET', COUNTS, name)) or seconds
    redis.call('HSET', COUNTS, name, mean + WEIGHT * (seconds - mean))
  end
end
return dispatch()
