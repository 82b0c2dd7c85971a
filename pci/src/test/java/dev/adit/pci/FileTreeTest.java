package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileTreeTest {
  @TempDir private Path root;

  @Test
  void readsFilesListsFoldersAndShowsLinks() throws IOException {
    Files.createDirectories(root.resolve("sys/b"));
    Files.writeString(root.resolve("sys/b/vendor"), "0x8086\n");
    Files.createSymbolicLink(root.resolve("sys/a"), Path.of("b"));
    FileTree tree = FileTree.directory(root);

    assertThat(tree.list("sys")).containsExactly("a", "b");
    assertThat(tree.text("sys/a/vendor")).contains("0x8086");
    assertThat(tree.link("sys/a")).contains("b");
    assertThat(tree.link("sys/b")).isEmpty();
    assertThat(tree.exists("sys/b/vendor")).isTrue();
  }

  @Test
  void whatIsAbsentIsEmptyAndDoesNotThrow() {
    FileTree tree = FileTree.directory(root);

    assertThat(tree.read("no/such")).isEmpty();
    assertThat(tree.list("no")).isEmpty();
    assertThat(tree.exists("no")).isFalse();
    assertThat(tree.read("bad\0name")).isEmpty();
  }

  @Test
  void pathsDoNotLeaveTheTree() throws IOException {
    Path inner = Files.createDirectory(root.resolve("inner"));
    Files.writeString(root.resolve("secret"), "x");

    assertThat(FileTree.directory(inner).read("../secret")).isEmpty();
    assertThat(FileTree.directory(inner).read(root.resolve("secret").toString())).isEmpty();
  }
}
