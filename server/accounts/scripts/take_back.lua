-- Takes one attempt out of a count whose window is not over: a new one would have no end.
-- KEYS[1] the count
if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then
  redis.call('DECR', KEYS[1])
end
