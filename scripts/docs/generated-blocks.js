// Which parts of the READMEs are written by the code? Text between `<!-- NAME:begin ... -->` and `<!-- NAME:end -->`.
import { ROOMS } from "../dependency-table.js";

const HEADINGS = {
  en: { group: "Where", cause: "Cause", title: "What it says", code: "Code", meaning: "Meaning" },
  zh: { group: "位置", cause: "原因", title: "含义", code: "退出码", meaning: "含义" },
};

const GROUPS = {
  en: {
    cpu: "CPU",
    "kernel-section": "kernel sections",
    memory: "memory",
    storage: "storage, logs",
    waiting: "waiting on others",
    hardware: "hardware, host",
    gpu: "GPU, model",
    application: "the service itself",
  },
  zh: {
    cpu: "CPU",
    "kernel-section": "内核临界区",
    memory: "内存",
    storage: "存储与日志",
    waiting: "等待他者",
    hardware: "硬件与主机",
    gpu: "GPU 与模型",
    application: "服务本身",
  },
};

/** Meanings of base EXIT, by its names; a new code without a meaning here fails the generation. */
const EXIT_MEANINGS = {
  ok: { en: "fine", zh: "正常" },
  gate: { en: "a finding above `--fail-on`, or a regression", zh: "发现超过 `--fail-on` 的问题，或出现退化" },
  usage: { en: "wrong usage", zh: "用法错误" },
  environment: {
    en: "environment: not root, no tracefs, target not found, every request failed",
    zh: "环境问题：不是 root、没有 tracefs、找不到目标、所有请求都失败",
  },
  input: { en: "a file that cannot be read as a recording", zh: "文件不能作为记录读取" },
  inconclusive: { en: "inconclusive: the recording cannot tell", zh: "无法判定：记录中信息不足" },
  bug: { en: "a bug in Stallscope", zh: "Stallscope 自身的错误" },
  sigint: { en: "interrupted (SIGINT)", zh: "被中断（SIGINT）" },
  sigterm: { en: "terminated (SIGTERM)", zh: "被终止（SIGTERM）" },
};

/** Rows of [code, meaning], ascending. */
export function exitCodes(EXIT, lang = "en") {
  return Object.entries(EXIT)
    .sort(([, a], [, b]) => a - b)
    .map(([name, code]) => {
      const meaning = EXIT_MEANINGS[name]?.[lang];
      if (meaning === undefined) throw new Error(`exit code ${name} has no meaning in scripts/docs/generated-blocks.js`);
      return [code, meaning];
    });
}

const table = (heads, rows) => [`| ${heads.join(" | ")} |`, `|${heads.map(() => "---").join("|")}|`, ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n");

export function blocks(product, lang) {
  const heads = HEADINGS[lang];
  const detected = new Set(product.RULES.map((rule) => rule.id));
  const causes = Object.entries(product.CAUSE_GROUPS).flatMap(([group, ids]) =>
    ids.filter((id) => detected.has(id)).map((id) => [GROUPS[lang][group] ?? group, `\`${id}\``, product.message(lang, `cause.${id}.title`)]),
  );
  return {
    causes: table([heads.group, heads.cause, heads.title], causes),
    "exit-codes": table(
      [heads.code, heads.meaning],
      exitCodes(product.EXIT, lang).map(([code, meaning]) => [`${code}`, meaning]),
    ),
    "dependency-table": table(
      ["room", "may import (besides base)", "types of", "node:*", "packages"],
      Object.entries(ROOMS).map(([room, row]) => [
        `\`${room}\``,
        row.rooms === "all" ? "every room" : row.rooms.join(", ") || "-",
        row.types.join(", ") || "-",
        row.node ? "yes" : "no",
        row.packages.join(", ") || "-",
      ]),
    ),
  };
}

/** The text with its generated blocks renewed. Throws when a marker has no end. */
export function renewBlocks(text, made, file) {
  return text.replaceAll(/(<!-- ([a-z-]+):begin[^>]*-->\n)([^]*?)(<!-- \2:end -->)/g, (whole, begin, name, _old, end) => {
    if (made[name] === undefined) throw new Error(`${file}: there is no generated block called ${name}`);
    return `${begin}${made[name]}\n${end}`;
  });
}
