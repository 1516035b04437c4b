-- What the asker has to say: nothing is done once somebody else asks, or has answered.
-- KEYS[1] as in claim_answer.lua    ARGV[1] asker  [2] 'renew', 'put' or 'drop'  [3] ms  [4] the answer
if redis.call('HGET', KEYS[1], 'asker') ~= ARGV[1] then
  return 0
end
if ARGV[2] == 'drop' then
  return redis.call('DEL', KEYS[1])
end
if ARGV[2] == 'put' then
  redis.call('HDEL', KEYS[1], 'asker')
  redis.call('HSET', KEYS[1], 'answer', ARGV[4])
end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
