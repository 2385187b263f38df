import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** A process' metrics. Labels are codes and outcomes, never ids: the number of series stays bounded. */
export interface Metrics {
  counter(name: string, help: string, labels: readonly string[]): { add(count: number, labels: Labels): void };
  histogram(name: string, help: string, buckets: readonly number[]): { observe(value: number): void };
  gauge(name: string, help: string, read: () => number): void;
  /** Prometheus text exposition format. */
  text(): Promise<string>;
}

export const createMetrics = ({ prefix }: { readonly prefix: string }): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    counter: (name, help, labelNames) => {
      const counter = new Counter({ name: prefix + name, help, labelNames: [...labelNames], registers });
      return { add: (count, labels) => counter.inc({ ...labels }, count) };
    },
    histogram: (name, help, buckets) => {
      const histogram = new Histogram({ name: prefix + name, help, buckets: [...buckets], registers });
      return { observe: (value) => histogram.observe(value) };
    },
    gauge: (name, help, read) => {
      new Gauge({
        name: prefix + name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    text: () => registry.metrics(),
  };
};
