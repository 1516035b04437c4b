-- End a ticket's turn, or its wait.
-- KEYS as in admit.lua, from [1] slots, [2] ready, [3] the model's queue, [4] waiting tickets on; then, for
-- each limit, the HASH of tokens and the ZSET of what is under way.    ARGV[1] ticket  [2] tokens taken
for at = 1, 4 do
  redis.call('ZREM', KEYS[at], ARGV[1])
end
for at = 5, #KEYS, 2 do
  local reserved = redis.call('HGET', KEYS[at], ARGV[1])
  if reserved then
    redis.call('HSET', KEYS[at], ARGV[1], ARGV[2])
    redis.call('HINCRBY', KEYS[at], '', tonumber(ARGV[2]) - tonumber(reserved))
  end
  redis.call('ZREM', KEYS[at + 1], ARGV[1])
end
