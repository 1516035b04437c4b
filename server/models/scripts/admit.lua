-- Whose turn is it? Waiting tickets of one model go in order; those that lack nothing but a slot, too.
--
-- KEYS[1] ZSET slots: ticket -> when its lease ends      KEYS[2] ZSET ready: ticket -> place
-- KEYS[3] ZSET this model's queue: ticket -> place       KEYS[4] ZSET waiting tickets -> last seen
-- KEYS[5] the last place
-- for each limit, KEYS[6, 9, ...] ZSET of its window: ticket -> when it was let in
--   KEYS[7, ...] HASH: ticket -> its tokens, '' -> their sum    KEYS[8, ...] ZSET under way -> end of lease
-- A request may reach the provider at any moment while it is under way. So it stays in the window for as long,
-- and from its arrival on (release.lua) or, when its process was lost, from the end of its lease.
-- ARGV[1] ticket  [2] tokens  [3] slots  [4] lease  [5] patience with a waiting ticket (both ms)
-- for each limit, ARGV[6, 10, ...] requests, tokens, under way, window in ms; 0: no such limit
-- Answers 0 when it is this ticket's turn, else ms after which to ask again.
local POLL = 20
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ticket, wanted = ARGV[1], tonumber(ARGV[2])
local lease, patience = tonumber(ARGV[4]), tonumber(ARGV[5])

local function drop_dead(queue)
  for _, one in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
    local seen = redis.call('ZSCORE', KEYS[4], one)
    if one == ticket or (seen and tonumber(seen) > now - patience) then return end
    redis.call('ZREM', queue, one)
  end
end

redis.call('ZADD', KEYS[4], now, ticket)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - 10 * patience)
local place = redis.call('ZSCORE', KEYS[3], ticket)
if not place then
  place = redis.call('INCR', KEYS[5])
  redis.call('ZADD', KEYS[3], place, ticket)
end
for _, key in ipairs({KEYS[2], KEYS[3], KEYS[4]}) do
  redis.call('PEXPIRE', key, 100 * patience)
end
drop_dead(KEYS[3])
if redis.call('ZRANGE', KEYS[3], 0, 0)[1] ~= ticket then
  return POLL
end

local pause = 0
for limit = 0, (#KEYS - 5) / 3 - 1 do
  local window, tokens, running = KEYS[6 + 3 * limit], KEYS[7 + 3 * limit], KEYS[8 + 3 * limit]
  local most, most_tokens = tonumber(ARGV[6 + 4 * limit]), tonumber(ARGV[7 + 4 * limit])
  local most_running, length = tonumber(ARGV[8 + 4 * limit]), tonumber(ARGV[9 + 4 * limit])
  local lost = redis.call('ZRANGEBYSCORE', running, '-inf', now, 'WITHSCORES')
  for at = 1, #lost, 2 do
    redis.call('ZADD', window, 'XX', lost[at + 1], lost[at])
    redis.call('ZREM', running, lost[at])
  end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', window, '-inf', now - length)) do
    if not redis.call('ZSCORE', running, old) then
      redis.call('HINCRBY', tokens, '', 0 - tonumber(redis.call('HGET', tokens, old) or 0))
      redis.call('HDEL', tokens, old)
      redis.call('ZREM', window, old)
    end
  end
  if most_running > 0 and redis.call('ZCARD', running) >= most_running then
    pause = math.max(pause, POLL)
  end
  local too_many = most > 0 and redis.call('ZCARD', window) - most + 1 or 0
  local mine = most_tokens > 0 and math.min(wanted, most_tokens) or wanted
  local spent = tonumber(redis.call('HGET', tokens, '') or 0) + mine
  local at = 0
  while at < too_many or (most_tokens > 0 and spent > most_tokens) do
    local oldest = redis.call('ZRANGE', window, at, at, 'WITHSCORES')
    if not oldest[1] then break end
    spent = spent - tonumber(redis.call('HGET', tokens, oldest[1]) or 0)
    pause = math.max(pause, POLL, tonumber(oldest[2]) + length - now + 1)
    at = at + 1
  end
end
if pause > 0 then
  redis.call('ZREM', KEYS[2], ticket)
  return pause
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[2], 'NX', place, ticket)
drop_dead(KEYS[2])
if redis.call('ZRANK', KEYS[2], ticket) >= tonumber(ARGV[3]) - redis.call('ZCARD', KEYS[1]) then
  return POLL
end

for _, key in ipairs({KEYS[2], KEYS[3], KEYS[4]}) do
  redis.call('ZREM', key, ticket)
end
redis.call('ZADD', KEYS[1], now + lease, ticket)
for limit = 0, (#KEYS - 5) / 3 - 1 do
  local window, tokens, running = KEYS[6 + 3 * limit], KEYS[7 + 3 * limit], KEYS[8 + 3 * limit]
  local most_tokens, length = tonumber(ARGV[7 + 4 * limit]), tonumber(ARGV[9 + 4 * limit])
  local mine = most_tokens > 0 and math.min(wanted, most_tokens) or wanted
  redis.call('ZADD', window, now, ticket)
  redis.call('HSET', tokens, ticket, mine)
  redis.call('HINCRBY', tokens, '', mine)
  redis.call('ZADD', running, now + lease, ticket)
  redis.call('PEXPIRE', window, length * 2 + lease * 100)
  redis.call('PEXPIRE', tokens, length * 2 + lease * 100)
end
return 0
