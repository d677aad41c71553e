/** The answers of questions (GET). The build puts the file of types itself in this place. */
export * from '../dashboard/api/answers.d.ts';
