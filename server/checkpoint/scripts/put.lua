-- Store a checkpoint. ARGV: fencing token, default TTL, checkpoints to keep (0: all), namespace, name and run
-- as one; fields that must be there, as one; manifest; record; then field and value in turn.
-- Returns {'ok', how many entries of META are new}, or why nothing was written.
local token, ttl, keep, namespace, name, run =
  string.match(ARGV[1], '^([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)$')

local gone = lost()
if gone then return {'incomplete', gone} end
local highest = overtaken(token)
if highest then return {'stale', highest} end
for field in string.gmatch(ARGV[2], '[^%z]+') do
  if redis.call('HEXISTS', DATA, field) == 0 then return {'missing', field} end
end

redis.call('HSET', DATA, 'm\31' .. name, ARGV[3], 'c\31' .. name, ARGV[4],
  unpack(ARGV, 5, math.min(4 + CHUNK, #ARGV)))
for first = 5 + CHUNK, #ARGV, CHUNK do
  redis.call('HSET', DATA, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))
end
redis.call('ZADD', IDS, 0, name)
local about = redis.call('HMGET', META, 'n\31' .. namespace, run ~= '' and 'r\31' .. run or 'checkpoints')
local new = 0
if not (marks[1] and about[1] and about[2]) then
  new = redis.call('HSET', META, 'checkpoints', 1, 'n\31' .. namespace, '')
  if run ~= '' then new = new + redis.call('HSET', META, 'r\31' .. run, '') end
end

-- A quarter more than asked for may stay until the next trim, so that few puts pay for one.
keep = tonumber(keep)
if keep > 0 then
  local count = redis.call('ZLEXCOUNT', IDS, '[' .. namespace .. '\31', '(' .. namespace .. '\32')
  if count > keep + math.floor(keep / 4) then
    trim({namespace}, function(_, _, age) return age <= keep end)
  end
end
slide(ttl)
return {'ok', new}
