-- Prolong the leases of one process that are still in force.
-- KEYS ZSETs of leases    ARGV[1] lease in ms    ARGV[2...] tickets
local time = redis.call('TIME')
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
for _, key in ipairs(KEYS) do
  for at = 2, #ARGV do
    redis.call('ZADD', key, 'XX', ends, ARGV[at])
  end
end
