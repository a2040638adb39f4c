// Most tests wait for something most of their time: a heartbeat, a program, a restart. With a worker for each core they
// would wait one after the other.
[assembly: LevelOfParallelism(6)]
