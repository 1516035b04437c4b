-- Store pending writes. ARGV: fencing token, default TTL, then for each write its name, '1' when it replaces
-- an earlier one of that name, and its value. The first write of a task's position stands otherwise.
local token, ttl = ARGV[1], ARGV[2]

local gone = lost()
if gone then return {'incomplete', gone} end
local highest = overtaken(token)
if highest then return {'stale', highest} end

for i = 3, #ARGV, 3 do
  redis.call(ARGV[i + 1] == '1' and 'HSET' or 'HSETNX', DATA, 'w\31' .. ARGV[i], ARGV[i + 2])
  redis.call('ZADD', WRITES, 0, ARGV[i])
end
if #ARGV > 2 then redis.call('HSET', META, 'writes', 1) end
slide(ttl)
return {'ok'}
