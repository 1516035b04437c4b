-- Keep the newest ARGV[1] checkpoints of every namespace, or, when a run follows, drop that run's checkpoints.
-- Returns {'ok', how many of the run stay because others are rebuilt from them}.
local gone = lost()
if gone then return {'incomplete', gone} end
local keep, run = tonumber(ARGV[1]), ARGV[2]
local left, of_run = redis.call('PTTL', META), {}
trim(namespaces(), function(name, manifest, age)
  if not run then return age <= keep end
  if manifest.run == run then of_run[#of_run + 1] = name end
  return manifest.run ~= run
end)

-- A thread that is empty now still refuses its old writers, and keeps a TTL of its own.
if (marks[3] or marks[4]) and redis.call('EXISTS', META) == 0 then
  if marks[3] then redis.call('HSET', META, 'ttl', marks[3]) end
  if marks[4] then redis.call('HSET', META, 'fence', marks[4]) end
  if left > 0 then redis.call('PEXPIRE', META, left) end
end

local stay = 0
for _, name in ipairs(of_run) do
  if redis.call('ZSCORE', IDS, name) then stay = stay + 1 end
end
-- The next put of the run counts as its first, and registers it again.
if run and stay == 0 then redis.call('HDEL', META, 'r\31' .. run) end
return {'ok', stay}
