-- How many runs are served before a waiting one. ARGV after the limits: run.
-- Returns {place (1 is next), workers' capacity, mean seconds of a run of its graph or ''}, or false.
local member = redis.call('HGET', MEMBERS, ARGV[4])
if not member then return false end
local priority, owner, number, _, graph = take_apart(member)
local owners = priority == 'low' and LOW or OWNERS
local low = range_of(priority, owner)
local before = redis.call('ZLEXCOUNT', WAITING, low, '(' .. member) -- of its owner
local ahead, rounds = before, before + 1 -- who is served before this owner has one run more in front of this one
for _, other in ipairs(redis.call('ZRANGE', owners, 0, LOOK_AT_OWNERS - 1)) do
  if other == owner then
    rounds = before
  else
    local from, to = range_of(priority, other)
    ahead = ahead + math.min(redis.call('ZLEXCOUNT', WAITING, from, to), rounds)
  end
end
if priority == 'low' then
  ahead = ahead + redis.call('ZLEXCOUNT', WAITING, '[normal\31', '(normal\32')
end
return {ahead + 1, capacity(), redis.call('HGET', COUNTS, 's\31' .. graph) or ''}
