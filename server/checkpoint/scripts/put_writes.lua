-- Store pending writes. ARGV: fencing token and default TTL as one, then for each write its name, '1' when it
-- replaces an earlier one of that name, and its value. The first write of a task's position stands otherwise.
local token, ttl = string.match(ARGV[1], '^([^%z]*)%z([^%z]*)$')

local gone = lost()
if gone then return {'incomplete', gone} end
local highest = overtaken(token)
if highest then return {'stale', highest} end

local names, fields = {}, {}
for i = 2, #ARGV, 3 do
  names[#names + 1], names[#names + 2] = 0, ARGV[i]
  fields[#fields + 1], fields[#fields + 2] = 'w\31' .. ARGV[i], ARGV[i + 2]
end
if 2 * in_chunks('ZADD', WRITES, names) == #names then
  in_chunks('HSET', DATA, fields)
else -- some were there before
  for i = 2, #ARGV, 3 do
    redis.call(ARGV[i + 1] == '1' and 'HSET' or 'HSETNX', DATA, 'w\31' .. ARGV[i], ARGV[i + 2])
  end
end
-- Also in a repeated call, which changes nothing else: a client that waits for replicas waits for this write.
if #names > 0 then redis.call('HSET', META, 'writes', 1) end
slide(ttl)
return {'ok'}
