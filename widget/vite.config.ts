import { defineConfig } from 'vitest/config'

export default defineConfig({
  build: {
    // A data: address would need its own permission in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // deep-chat is one file of 600 kB; it is only fetched once somebody opens the chat.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:5005' } },
  test: { include: ['tests/**/*.test.ts'] },
})
