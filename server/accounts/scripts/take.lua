-- Takes one of a number of permits that come back evenly over a period (GCRA, the leaky bucket as a meter).
-- KEYS[1] when all permits are back, in milliseconds; it expires then
-- ARGV[1] how many permits there are    ARGV[2] the period in milliseconds
-- Answers whether there was one, how many are left, in how many milliseconds the next one is back, and all are.
local limit, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local after = full + period / limit
if after - period > now then
  return {0, 0, math.ceil(after - period - now), math.ceil(full - now)}
end
redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil(after - now))
return {1, math.floor((period - (after - now)) * limit / period), 0, math.ceil(after - now)}
