package dev.adit.host.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The steps of changing files so that nothing is lost when the machine stops between any two of
 * them. Each does one thing; {@link StateFolder} puts them in order.
 */
interface Disk {
  /** {@return the disk of this machine} */
  static Disk real() {
    return new RealDisk();
  }

  /** Makes a folder for its owner alone; one that is there stays. */
  void makeFolder(Path folder) throws IOException;

  /** Writes a file for its owner alone, in place of one that is there. */
  void write(Path file, byte[] content) throws IOException;

  /** Returns when a file's content is on the disk. */
  void sync(Path file) throws IOException;

  /** Returns when it is on the disk which names a folder has. */
  void syncFolder(Path folder) throws IOException;

  /** Gives a file another name in its folder, in place of one that is there, in one step. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file. */
  void delete(Path file) throws IOException;

  /** {@return what is in a folder, sorted; nothing if there is no such folder} */
  List<Path> list(Path folder) throws IOException;

  /** {@return a file's content} */
  byte[] read(Path file) throws IOException;
}
