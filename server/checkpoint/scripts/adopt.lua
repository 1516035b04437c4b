-- List copied checkpoints in their new thread, in one step, after their data has arrived. ARGV: default TTL,
-- numbers of ids, of write names and of entries of META, then all of these.
local ttl, ids, writes, about = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local gone = lost()
if gone then return {'incomplete', gone} end
for i = 5, 4 + ids do redis.call('ZADD', IDS, 0, ARGV[i]) end
for i = 5 + ids, 4 + ids + writes do redis.call('ZADD', WRITES, 0, ARGV[i]) end
for i = 5 + ids + writes, 4 + ids + writes + about do redis.call('HSET', META, ARGV[i], '') end
if ids > 0 then redis.call('HSET', META, 'checkpoints', 1) end
if writes > 0 then redis.call('HSET', META, 'writes', 1) end
slide(ttl)
return {'ok'}
