-- Count one failure; the first one begins the window, in the same step, so that no count stays for ever.
-- KEYS[1] the count    ARGV[1] the window's length in seconds
if redis.call('INCR', KEYS[1]) == 1 then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
