-- Name what a thread holds. ARGV: lexicographic range of the checkpoint names, '1' to name its writes, too.
-- Returns {'ok', checkpoint names, write names, fields of META}.
local gone = lost()
if gone then return {'incomplete', gone} end
local writes = ARGV[3] == '1' and redis.call('ZRANGE', WRITES, 0, -1) or {}
return {'ok', redis.call('ZRANGEBYLEX', IDS, ARGV[1], ARGV[2]), writes, redis.call('HKEYS', META)}
