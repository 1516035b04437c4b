-- Counts one attempt; the first one begins the window, in the same step, so that no count stays for ever.
-- KEYS[1] the count    ARGV[1] the window's length in seconds
-- Answers the count, this one included, and the seconds that are left of the window.
local count = redis.call('INCR', KEYS[1])
if count == 1 then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return {count, redis.call('TTL', KEYS[1])}
