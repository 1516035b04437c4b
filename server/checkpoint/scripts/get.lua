-- Read a checkpoint with its values and writes. ARGV: namespace, checkpoint name or '' for the newest,
-- TTL to slide or 'stay', last fields of blobs that the reader holds, as one.
-- Returns {'ok', name, record, manifest, fields of the other blobs, write names, writes}, or false for none.
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
local held, wanted = {}, {}
for field in string.gmatch(ARGV[4], '[^%z]+') do held[field] = true end
for _, fields in ipairs(manifest_of(found[2]).blobs) do
  local is_held = held[fields[#fields]]
  for _, field in ipairs(fields) do
    if not is_held then
      wanted[#wanted + 1] = field
    elseif redis.call('HEXISTS', DATA, field) == 0 then
      return {'incomplete', name}
    end
  end
end
local frames = values(wanted)
local names, writes = pending(name)
if any_missing(frames) or any_missing(writes) then return {'incomplete', name} end
if ttl ~= 'stay' then slide(ttl) end
return {'ok', name, found[1], found[2], frames, names, writes}
