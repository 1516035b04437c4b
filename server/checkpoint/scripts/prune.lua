-- Keep the newest ARGV[1] checkpoints of every namespace, or, when runs follow, drop those runs' checkpoints.
local gone = lost()
if gone then return {'incomplete', gone} end
local keep, runs = tonumber(ARGV[1]), {}
for i = 2, #ARGV do runs[ARGV[i]] = true end
trim(namespaces(), function(_, manifest, age)
  if #ARGV > 1 then return not runs[manifest.run] end
  return age <= keep
end)
return {'ok'}
