-- Store a checkpoint. ARGV: fencing token, default TTL, namespace, name, run, checkpoints to keep (0: all),
-- number of fields that it takes over from earlier checkpoints, those fields, then field and value in turn.
-- Returns {'ok', how many entries of META are new}, or why nothing was written.
local token, ttl, namespace, name, run, keep = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local taken_over = tonumber(ARGV[7])

local gone = lost()
if gone then return {'incomplete', gone} end
local highest = overtaken(token)
if highest then return {'stale', highest} end
for i = 8, 7 + taken_over do
  if redis.call('HEXISTS', DATA, ARGV[i]) == 0 then return {'missing', ARGV[i]} end
end

for first = 8 + taken_over, #ARGV, CHUNK do
  redis.call('HSET', DATA, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))
end
redis.call('ZADD', IDS, 0, name)
local about = {'checkpoints', 1, 'n\31' .. namespace, ''}
if run ~= '' then about[5], about[6] = 'r\31' .. run, '' end
local new = redis.call('HSET', META, unpack(about))

-- A quarter more than asked for may stay until the next trim, so that few puts pay for one.
if keep > 0 then
  local count = redis.call('ZLEXCOUNT', IDS, '[' .. namespace .. '\31', '(' .. namespace .. '\32')
  if count > keep + math.floor(keep / 4) then
    trim({namespace}, function(_, _, age) return age <= keep end)
  end
end
slide(ttl)
return {'ok', new}
