import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes of jars anew in the class file version of this JDK. The virtual machine does
 * not archive classes older than version 50, and picocli's are 49: this saves a quarter of the
 * start-up of every command. Run by the build: java Reemit.java JAR...
 */
final class Reemit {
  private Reemit() {}

  public static void main(String[] args) throws IOException {
    for (String arg : args) {
      Path jar = Path.of(arg);
      Path anew = Path.of(arg + ".new");
      copy(jar, anew);
      Files.move(anew, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (JarFile in = new JarFile(from.toFile());
        URLClassLoader siblings = new URLClassLoader(new URL[] {from.toUri().toURL()});
        OutputStream file = Files.newOutputStream(to);
        JarOutputStream out = new JarOutputStream(file)) {
      ClassFile classFile =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(siblings)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (JarEntry entry : (Iterable<JarEntry>) in.stream()::iterator) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        JarEntry copied = new JarEntry(entry.getName());
        copied.setTime(entry.getTime());
        out.putNextEntry(copied);
        out.write(isClass(entry.getName()) ? anew(classFile, bytes) : bytes);
        out.closeEntry();
      }
    }
  }

  private static boolean isClass(String name) {
    return name.endsWith(".class") && !name.endsWith("module-info.class");
  }

  private static byte[] anew(ClassFile classFile, byte[] bytes) {
    ClassModel model = classFile.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
      return bytes;
    }
    return classFile.build(
        model.thisClass().asSymbol(),
        builder -> {
          builder.withVersion(ClassFile.latestMajorVersion(), 0);
          model.forEach(
              element -> {
                if (!(element instanceof ClassFileVersion)) {
                  builder.with(element);
                }
              });
        });
  }
}
