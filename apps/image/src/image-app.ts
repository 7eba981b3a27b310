/** What the program is called, and the folder of its runs. */
export const imageApp = { name: "scalewise-image", domain: "image" } as const
