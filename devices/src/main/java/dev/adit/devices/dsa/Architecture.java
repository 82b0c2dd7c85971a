package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Opcode;

/**
 * What accelerators differ in that share the registers, queues, engines and portals of DSA: who
 * they are, what descriptors ask of them, and how records look.
 *
 * <p>Operations are a mask of 64 bits here: bit n stands for opcode n below 32, and bit 32 + n for
 * opcode 0x40 + n, where IAA has its own. A DSA has none of those, and its opcodes end below 64.
 */
public interface Architecture {
  /** The Data Streaming Accelerator. */
  Architecture DSA =
      new Architecture() {
        @Override
        public String family() {
          return "dsa";
        }

        @Override
        public int device() {
          return 0x0B25;
        }

        @Override
        public long opcap(int index, long operations) {
          return index == 0 ? operations : 0;
        }

        @Override
        public long operations(long opcap0, long opcap1) {
          return opcap0;
        }

        @Override
        public String operation(int opcode) {
          Opcode known = Opcode.of(opcode);
          return known == null ? "0x%02x".formatted(opcode) : known.text();
        }

        @Override
        public int recordBytes() {
          return CompletionRecord.BYTES;
        }

        @Override
        public int logEntryBytes() {
          return 64;
        }

        @Override
        public Executor executor(Dma.View view, Runnable between) {
          return new Execution(view, between);
        }
      };

  /** {@return the name of its family, as configurations have it} */
  String family();

  /** {@return the PCI device ID; the vendor is Intel} */
  int device();

  /**
   * {@return a quadword of the operations as OPCAP and OPCFG have them}
   *
   * @param index 0 for opcodes below 64, 1 for those below 128
   */
  long opcap(int index, long operations);

  /** {@return the operations of two quadwords of OPCAP or OPCFG} */
  long operations(long opcap0, long opcap1);

  /** {@return an operation in words} */
  String operation(int opcode);

  /** {@return the bytes of a completion record, which is aligned so; 32 or 64} */
  int recordBytes();

  /** {@return the bytes of an event log entry, whose end is a completion record} */
  int logEntryBytes();

  /**
   * {@return what carries out descriptors, for one engine}
   *
   * @param view where the operands are; used by the engine's thread only
   * @param between called now and then in the middle of a long operation, outside a section
   */
  Executor executor(Dma.View view, Runnable between);
}
