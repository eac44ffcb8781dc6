// Says whether a change of the schema breaks an operation that worked: the operations in the tree, as they stand at
// another revision, are held against the schema as it is now. `npm run compatibility -- --against main`
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { broken, deprecated, operationsOf, type Operation, type OperationFile } from './operations.js';

const SCHEMA = 'schema.graphql';
const FOLDERS = ['gateway/clients/operations', 'gateway/storefront/operations', 'gateway/graphiql/operations'];

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function exists(revision: string): boolean {
  try {
    git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

// The operations in one folder at a revision, or as they are now where none is given.
function operationsIn(folder: string, revision?: string): Operation[] {
  const paths = revision
    ? git('ls-tree', '--name-only', revision, `${folder}/`).split('\n')
    : readdirSync(folder).map((name) => `${folder}/${name}`);
  const read = (path: string) => (revision ? git('show', `${revision}:${path}`) : readFileSync(path, 'utf8'));
  const files = paths.filter((path) => path.endsWith('.graphql')).map((path): OperationFile => {
    const variables = path.replace(/\.graphql$/, '.json');
    const text = read(path);
    return paths.includes(variables) ? { path, text, variables: JSON.parse(read(variables)) } : { path, text };
  });
  return operationsOf(files);
}

function say(heading: string, lines: string[]): void {
  if (lines.length > 0) console.log([heading, ...lines.map((line) => `  ${line}`)].join('\n'));
}

function eachOf(operations: Operation[], why: (operation: Operation) => string[]): string[] {
  return operations.flatMap((operation) =>
    why(operation).map((reason) => `${operation.name} (${operation.path}): ${reason}`),
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { against: { type: 'string' } } });
  const revision = values.against ?? 'HEAD~1';
  process.chdir('../..');
  if (!exists(revision)) {
    console.log(`There is no commit ${revision} to compare the schema with.`);
    return values.against === undefined ? 0 : 2;
  }
  const now = buildSchema(readFileSync(SCHEMA, 'utf8'));
  const before = buildSchema(git('show', `${revision}:${SCHEMA}`));
  const changes = (await diff(before, now)).filter(({ criticality: { level } }) => level !== CriticalityLevel.NonBreaking);
  const told = changes.map(({ criticality: { level }, message }) => `${level.toLowerCase()}: ${message}`);
  say(`The schema changed since ${revision} in ways that may break clients:`, told);
  const current = FOLDERS.flatMap((folder) => operationsIn(folder));
  say('Operations use what is deprecated:', eachOf(current, (operation) => deprecated(operation, now)));
  const operations = FOLDERS.flatMap((folder) => operationsIn(folder, revision));
  const reasons = eachOf(operations, (operation) => broken(operation, before, now));
  say(`Operations that worked at ${revision} are broken:`, reasons);
  if (reasons.length === 0) console.log(`All ${operations.length} operations of ${revision} work with the schema.`);
  return reasons.length === 0 ? 0 : 1;
}

process.exitCode = await main();
