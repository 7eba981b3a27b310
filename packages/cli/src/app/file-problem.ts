/** Cause and remedy of what usually goes wrong with files, by the code of the operating system. */
const problems: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space or choose another folder",
  EDQUOT: "the disk quota is used up; free some space or choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  EACCES: "permission is denied; change its permissions or choose another folder",
  EPERM: "permission is denied; change its permissions or choose another folder",
  ENOENT: "there is no such file or folder; check the path",
  ENOTDIR: "a part of the path is a file where a folder is needed; check the path",
  EISDIR: "it is a folder where a file is needed; check the path",
  EEXIST: "there is something of that name already; choose another name",
  EMFILE: "too many files are open; close some programs",
}

/** The operating system's code of an error, looked for in its causes too. */
export function fileCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause)
    if ("code" in current && typeof current.code === "string" && current.code in problems) return current.code
  return undefined
}

/** One sentence for an error of the file system, with the path where the system names one; nothing for any other error. */
export function fileProblem(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  const problem = problems[code]
  if (problem == null) return undefined
  const path = error instanceof Error && "path" in error ? `${String(error.path)}: ` : ""
  return path + problem
}
