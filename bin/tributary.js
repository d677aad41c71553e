#!/usr/bin/env node
// Queries, files and the spool's fdatasync share Node's thread pool. It has 4 threads unless the environment says otherwise before
// its first use, which is why this file is CommonJS: loading an ES module already uses the pool.
process.env.UV_THREADPOOL_SIZE ??= '16';
// Every file and folder that the program or an engine makes is for its owner only.
process.umask(0o077);
import('../dist/main.js');
