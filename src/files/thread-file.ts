/** Where the code of a thread is: compiled JavaScript in every case, because a thread that reads TypeScript takes a second to start. */

/**
 * The file of a thread that stands beside the module that starts it.
 * Where that module runs from its TypeScript source, as tests and benches do, it is the file that `npm run build` made of it.
 * @param beside the `import.meta.url` of the module that starts the thread.
 * @param name the name of the thread's file, without its ending.
 */
export function threadFile(beside: string, name: string): URL {
  const file = new URL(`./${name}.js`, beside);
  if (!beside.endsWith('.ts')) return file;
  const at = file.href.lastIndexOf('/src/');
  return new URL(`${file.href.slice(0, at)}/dist/${file.href.slice(at + '/src/'.length)}`);
}
