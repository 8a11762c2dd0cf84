package io.inmesh.benchmarks.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

/**
 * What a process holds once garbage is gone, in bytes.
 *
 * @param heap live objects
 * @param metaspace class metadata
 * @param code compiled code
 * @param direct buffers outside the heap: the JDK's and those of Netty's own allocator
 */
public record Memory(String label, long heap, long metaspace, long code, long direct, long rssKb) {
  /** Collects, and reads. */
  static Memory now() {
    System.gc();
    System.gc();
    long metaspace = 0;
    long code = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.NON_HEAP) {
        long used = pool.getUsage().getUsed();
        boolean compiled = pool.getName().startsWith("Code");
        code += compiled ? used : 0;
        metaspace += compiled ? 0 : used;
      }
    }
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Memory(
        "",
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        metaspace,
        code,
        direct + ofNetty(),
        Processes.rssKb(ProcessHandle.current().pid()));
  }

  private static long ofNetty() {
    return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider known
        ? known.metric().usedDirectMemory()
        : 0;
  }

  /** All of it. */
  public long total() {
    return heap + metaspace + code + direct;
  }
}
