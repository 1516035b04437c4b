-- Store a checkpoint. ARGV: fencing token, default TTL, checkpoints to keep (0: all), namespace, name and run
-- as one; manifest; record; then field and value in turn. All other fields of the manifest must be there.
-- Returns {'ok', how many entries of META are new}, or why nothing was written.
local token, ttl, keep, namespace, name, run =
  string.match(ARGV[1], '^([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)$')

local gone = lost()
if gone then return {'incomplete', gone} end
local highest = overtaken(token)
if highest then return {'stale', highest} end
local stored = {}
for i = 4, #ARGV, 2 do stored[ARGV[i]] = true end
for _, field in ipairs(manifest_of(ARGV[2]).fields) do
  if not stored[field] and redis.call('HEXISTS', DATA, field) == 0 then return {'missing', field} end
end

redis.call('HSET', DATA, 'c\31' .. name, ARGV[3], 'm\31' .. name, ARGV[2],
  unpack(ARGV, 4, math.min(3 + CHUNK, #ARGV)))
for first = 4 + CHUNK, #ARGV, CHUNK do
  redis.call('HSET', DATA, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))
end
redis.call('ZADD', IDS, 0, name)
local about = {'n\31' .. namespace, ''}
if run ~= '' then about[3], about[4] = 'r\31' .. run, '' end
local new = redis.call('HSET', META, 'checkpoints', 1, unpack(about))

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
