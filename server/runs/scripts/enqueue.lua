-- Let runs wait for their turn; those that wait or are active already stay where they are.
-- ARGV after the limits: run, owner, graph, thread, priority of each. Returns the runs whose turn has come.
for i = 4, #ARGV, 5 do
  local run, owner, graph, thread, priority = unpack(ARGV, i, i + 4)
  if redis.call('HEXISTS', ACTIVE, run) == 0 and redis.call('HEXISTS', MEMBERS, run) == 0 then
    local number = string.format('%016d', redis.call('HINCRBY', COUNTS, 'number', 1))
    local member = table.concat({priority, owner, number, run, graph, thread}, '\31')
    redis.call('ZADD', WAITING, 0, member)
    redis.call('HSET', MEMBERS, run, member)
    redis.call('ZADD', priority == 'low' and LOW or OWNERS, 'NX', count('turn'), owner)
  end
end
return dispatch()
