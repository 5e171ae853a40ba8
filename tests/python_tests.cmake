# Tests in Python that run the programs.

# budstikke_python_tests(LABEL label TESTS name... [ENVIRONMENT NAME=value...])
# Each test_<name>.py of the folder is a test of its own, so that they run side by side.
function(budstikke_python_tests)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "LABEL" "TESTS;ENVIRONMENT")
    foreach(name IN LISTS arg_TESTS)
        add_test(
            NAME ${arg_LABEL}.${name}
            # -B and no cache: the checkout may not be ours to write to.
            COMMAND ${BUDSTIKKE_PYTHON} -B -m pytest -q -rs -p no:cacheprovider
                ${CMAKE_CURRENT_SOURCE_DIR}/test_${name}.py
        )
        # For what hangs: a machine that does much else takes ten times as long as a quiet one.
        set_tests_properties(${arg_LABEL}.${name} PROPERTIES
            TIMEOUT 1800
            LABELS ${arg_LABEL}
            ENVIRONMENT "BUDSTIKKE_BIN=$<TARGET_FILE_DIR:budstikked>;${arg_ENVIRONMENT}")
    endforeach()
endfunction()
