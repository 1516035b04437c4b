-- A worker says that it lives, or with 0 slots that it leaves.
-- ARGV after the limits: worker, slots, milliseconds that this holds. Returns the runs whose turn has come.
if ARGV[5] == '0' then
  redis.call('HDEL', WORKERS, ARGV[4])
else
  redis.call('HSET', WORKERS, ARGV[4], ARGV[5] .. '\31' .. string.format('%.0f', now_ms() + tonumber(ARGV[6])))
end
return dispatch()
