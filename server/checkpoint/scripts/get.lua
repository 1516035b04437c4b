-- Read a checkpoint with its values and writes. ARGV: namespace, checkpoint name or '' for the newest,
-- TTL to slide or 'stay'.
-- Returns {'ok', name, record, manifest, values of its fields, write names, writes}, or false where there is none.
local namespace, name, ttl = ARGV[1], ARGV[2], ARGV[3]

local gone = lost()
if gone then return {'incomplete', gone} end
if name == '' then
  name = redis.call('ZREVRANGEBYLEX', IDS, '(' .. namespace .. '\32', '[' .. namespace .. '\31', 'LIMIT', 0, 1)[1]
  if not name then return false end
elseif not redis.call('ZSCORE', IDS, name) then
  return false
end

local found = redis.call('HMGET', DATA, 'c\31' .. name, 'm\31' .. name)
if not found[1] or not found[2] then return {'incomplete', name} end
local blobs = values(manifest_of(found[2]).fields)
local names, writes = pending(name)
if any_missing(blobs) or any_missing(writes) then return {'incomplete', name} end
if ttl ~= 'stay' then slide(ttl) end
return {'ok', name, found[1], found[2], blobs, names, writes}
