-- End a ticket's turn, or its wait.
-- KEYS as in admit.lua, from [1] slots, [2] ready, [3] the model's queue, [4] waiting tickets on; then, for
-- each limit, its window, its tokens and what is under way.
-- ARGV[1] ticket  [2] tokens taken  [3] ms since the request is known to have arrived
local time = redis.call('TIME')
local arrived = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[3])
for at = 1, 4 do
  redis.call('ZREM', KEYS[at], ARGV[1])
end
for at = 5, #KEYS, 3 do
  redis.call('ZADD', KEYS[at], 'XX', arrived, ARGV[1])
  local reserved = redis.call('HGET', KEYS[at + 1], ARGV[1])
  if reserved then
    redis.call('HSET', KEYS[at + 1], ARGV[1], ARGV[2])
    redis.call('HINCRBY', KEYS[at + 1], '', tonumber(ARGV[2]) - tonumber(reserved))
  end
  redis.call('ZREM', KEYS[at + 2], ARGV[1])
end
