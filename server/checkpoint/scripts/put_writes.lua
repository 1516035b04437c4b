-- Store pending writes. ARGV: fencing token and default TTL as one, then for each write its name, '1' when it
-- replaces an earlier one of that name, and its value. The first write of a task's position stands otherwise.
local token, ttl = string.match(ARGV[1], '^([^%z]*)%z([^%z]*)$')

local gone = lost()
if gone then return {'incomplete', gone} end
local highest = overtaken(token)
if highest then return {'stale', highest} end

local names = {}
for i = 2, #ARGV, 3 do
  redis.call(ARGV[i + 1] == '1' and 'HSET' or 'HSETNX', DATA, 'w\31' .. ARGV[i], ARGV[i + 2])
  names[#names + 1], names[#names + 2] = 0, ARGV[i]
end
if #names > 0 then
  in_chunks('ZADD', WRITES, names)
  if not marks[2] then redis.call('HSET', META, 'writes', 1) end
end
slide(ttl)
return {'ok'}
