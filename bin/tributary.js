#!/usr/bin/env node
// Queries, files and the spool's fdatasync share Node's thread pool. It has 4 threads unless the environment says otherwise before
// its first use, which is why this file is CommonJS: loading an ES module already uses the pool.
// A smaller number is raised: with it, events would wait for reports. The system takes no more than 1,024.
const NEEDED = 16;
const asked = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10) || 0;
process.env.UV_THREADPOOL_SIZE = String(Math.min(1024, Math.max(NEEDED, asked)));
// Every file and folder that the program or an engine makes is for its owner only.
process.umask(0o077);
import('../dist/main.js');
